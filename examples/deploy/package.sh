#!/bin/sh
# Makes the Debian package: the program, its completions and manual, its unit, its configuration.
#
#   examples/deploy/package.sh            target/debian/framegate_…_amd64.deb, of the profile `release`
#   examples/deploy/package.sh dev        the same of another profile, to look at what is in it
#
# Needed besides what builds Framegate: cargo-deb (`cargo install cargo-deb`), and nasm for decoding at full speed.
set -eu

profile=${1:-release}
cd "$(dirname "$0")/../.."
cargo build --locked --package framegate --profile "$profile"

case $profile in
    dev) built=target/debug/framegate ;;
    *) built=target/$profile/framegate ;;
esac
# What the program says of itself. cargo-deb takes it from here.
made=target/package
rm -rf "$made"
mkdir -p "$made/man"
for shell in bash zsh fish; do
    "$built" completions "$shell" > "$made/framegate.$shell"
done
"$built" man --out "$made/man"

cargo deb --package framegate --no-build --profile "$profile"
