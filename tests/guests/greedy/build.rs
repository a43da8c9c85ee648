//! Has the linker claim the memory: nothing in the source can.

fn main() {
    println!("cargo::rustc-link-arg-cdylib=--initial-memory=2147483648");
}
