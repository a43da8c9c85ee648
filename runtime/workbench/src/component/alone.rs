//! Go modules, and the calls in which a component may not call out.
//!
//! While the host puts arguments into a module's memory (`cabi_realloc`) and when it is done with results (`cabi_post_…`), the component may call nothing
//! outside (canonical ABI, `may_leave`). Go runs every exported function on a goroutine, and its scheduler and its collector read the clocks now and then: once
//! in some 60,000 calls in just such a moment, which would end the instance. The adapter of WASI preview 1 has a switch for it, which Go's bindings set; but they set
//! it when Go has been entered already, and it stops one of two clocks. So it is done here, around Go: in those calls a clock is what was read last, and
//! waiting is over at once.

use std::convert::Infallible;

use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection, GlobalSection, GlobalType,
    MemArg, ValType,
};
use wasmparser::{ExternalKind, Parser, Payload, TypeRef};

type Error = reencode::Error<Infallible>;

/// The same module, with nothing called outside where that may not be. One without clocks or without globals (Go's have both) is left as it is.
pub(super) fn wrap(module: &[u8]) -> Result<Vec<u8>, Error> {
    let Some(mut wrapping) = Wrapping::of(module)? else { return Ok(module.to_vec()) };
    let mut made = wasm_encoder::Module::new();
    wrapping.parse_core_module(&mut made, Parser::new(0), module)?;
    Ok(made.finish())
}

/// What is put around which functions. Wrappers come behind all functions and globals that there are, so that nothing else changes its number.
#[derive(Debug)]
struct Wrapping {
    /// How many functions there are, imported ones included.
    functions: u32,
    /// How many globals, likewise: behind them [`ALONE`], [`WALL`], [`STEADY`].
    globals: u32,
    wrapped: Vec<Wrapped>,
}

#[derive(Debug)]
struct Wrapped {
    /// The function's number.
    function: u32,
    /// Its type's.
    of: u32,
    parameters: u32,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// An export in which nothing may be called outside.
    Alone,
    /// `clock_time_get`: which clock (0 the wall's), a precision, where the 64 bits go; 0 for success.
    Clock,
    /// `poll_oneoff`: 0 for success, and how many events there are where the fourth parameter points; Go begins that with none.
    Wait,
}

/// 1 while nothing may be called outside.
const ALONE: u32 = 0;
/// What the clock on the wall said last.
const WALL: u32 = 1;
/// What the other clocks said last.
const STEADY: u32 = 2;

/// How values of 64 bits lie in Go's one memory.
const AT: MemArg = MemArg { offset: 0, align: 3, memory_index: 0 };

impl What {
    fn export(name: &str) -> Option<Self> {
        (name == "cabi_realloc" || name.starts_with("cabi_post_")).then_some(Self::Alone)
    }

    fn import(module: &str, name: &str) -> Option<Self> {
        match (module, name) {
            ("wasi_snapshot_preview1", "clock_time_get") => Some(Self::Clock),
            ("wasi_snapshot_preview1", "poll_oneoff") => Some(Self::Wait),
            _ => None,
        }
    }
}

impl Wrapping {
    /// None where there is nothing to wrap.
    fn of(module: &[u8]) -> Result<Option<Self>, Error> {
        let (mut parameters, mut of, mut found) = (Vec::new(), Vec::new(), Vec::new());
        let (mut globals, mut has_globals) = (0, false);
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::TypeSection(types) => {
                    for group in types {
                        let counts = group?.into_types().map(|of| match of.composite_type.inner {
                            wasmparser::CompositeInnerType::Func(function) => function.params().len() as u32,
                            _ => 0,
                        });
                        parameters.extend(counts);
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        match import.ty {
                            TypeRef::Func(index) => {
                                let what = What::import(import.module, import.name);
                                found.extend(what.map(|what| (of.len() as u32, what)));
                                of.push(index);
                            }
                            TypeRef::Global(_) => globals += 1,
                            _ => {}
                        }
                    }
                }
                Payload::FunctionSection(functions) => {
                    for index in functions {
                        of.push(index?);
                    }
                }
                Payload::GlobalSection(defined) => (globals, has_globals) = (globals + defined.count(), true),
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        let what = What::export(export.name).filter(|_| export.kind == ExternalKind::Func);
                        found.extend(what.map(|what| (export.index, what)));
                    }
                }
                _ => {}
            }
        }
        let wrapped: Vec<_> = found
            .into_iter()
            .filter_map(|(function, what)| {
                let of = *of.get(function as usize)?;
                Some(Wrapped { function, of, parameters: *parameters.get(of as usize)?, what })
            })
            .collect();
        let has = |what| wrapped.iter().any(|wrapped: &Wrapped| wrapped.what == what);
        let is_needed = has_globals && has(What::Alone) && has(What::Clock);
        Ok(is_needed.then_some(Self { functions: of.len() as u32, globals, wrapped }))
    }

    /// The number of the wrapper of a function, if it has one of this kind.
    fn wrapper(&self, function: u32, is_it: impl Fn(What) -> bool) -> Option<u32> {
        let place = self.wrapped.iter().position(|wrapped| wrapped.function == function && is_it(wrapped.what))?;
        Some(self.functions + place as u32)
    }

    fn body(&self, wrapped: &Wrapped) -> Function {
        let [alone, wall, steady] = [ALONE, WALL, STEADY].map(|global| self.globals + global);
        // One more than the parameters: what an import answered.
        let mut function = Function::new([(1, ValType::I32)]);
        let answer = wrapped.parameters;
        let mut body = function.instructions();
        match wrapped.what {
            What::Alone => {
                body.i32_const(1).global_set(alone);
                (0..wrapped.parameters).for_each(|parameter| _ = body.local_get(parameter));
                // What it gives stays on the stack.
                body.call(wrapped.function).i32_const(0).global_set(alone);
            }
            What::Clock => {
                body.global_get(alone).if_(BlockType::Result(ValType::I32));
                body.local_get(2).global_get(wall).global_get(steady).local_get(0).i32_eqz().select();
                body.i64_store(AT).i32_const(0).else_();
                (0..wrapped.parameters).for_each(|parameter| _ = body.local_get(parameter));
                body.call(wrapped.function).local_set(answer);
                body.local_get(0).i32_eqz().if_(BlockType::Empty);
                body.local_get(2).i64_load(AT).global_set(wall).else_();
                body.local_get(2).i64_load(AT).global_set(steady).end();
                body.local_get(answer).end();
            }
            What::Wait => {
                body.global_get(alone).if_(BlockType::Result(ValType::I32)).i32_const(0).else_();
                (0..wrapped.parameters).for_each(|parameter| _ = body.local_get(parameter));
                body.call(wrapped.function).end();
            }
        }
        body.end();
        function
    }
}

impl Reencode for Wrapping {
    type Error = Infallible;

    /// Go calls the wrappers of what it imports.
    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(self.wrapper(function, |what| what != What::Alone).unwrap_or(function))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        reencode::utils::parse_function_section(self, functions, section)?;
        self.wrapped.iter().for_each(|wrapped| _ = functions.function(wrapped.of));
        Ok(())
    }

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: wasmparser::GlobalSectionReader<'_>,
    ) -> Result<(), Error> {
        reencode::utils::parse_global_section(self, globals, section)?;
        let global = |val_type| GlobalType { val_type, mutable: true, shared: false };
        // In the order of their numbers.
        globals.global(global(ValType::I32), &ConstExpr::i32_const(0));
        globals.global(global(ValType::I64), &ConstExpr::i64_const(0));
        globals.global(global(ValType::I64), &ConstExpr::i64_const(0));
        Ok(())
    }

    fn parse_export(&mut self, exports: &mut ExportSection, export: wasmparser::Export<'_>) -> Result<(), Error> {
        let wrapper = What::export(export.name).and_then(|_| self.wrapper(export.index, |what| what == What::Alone));
        match wrapper.filter(|_| export.kind == ExternalKind::Func) {
            Some(wrapper) => _ = exports.export(export.name, ExportKind::Func, wrapper),
            None => reencode::utils::parse_export(self, exports, export)?,
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        reencode::utils::parse_code_section(self, code, section)?;
        self.wrapped.iter().for_each(|wrapped| _ = code.function(&self.body(wrapped)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(clock: &str) -> Vec<u8> {
        wat::parse_str(format!(
            r#"(module
                (import "wasi_snapshot_preview1" "{clock}" (func $clock (param i32 i64 i32) (result i32)))
                (import "wasi_snapshot_preview1" "poll_oneoff" (func (param i32 i32 i32 i32) (result i32)))
                (memory 1)
                (global i32 (i32.const 3))
                (func $realloc (param i32 i32 i32 i32) (result i32) i32.const 0 i64.const 0 i32.const 8 call $clock)
                (func $post (param i32))
                (func $process (param i32) (result i32) i32.const 0)
                (export "cabi_realloc" (func $realloc))
                (export "cabi_post_describe" (func $post))
                (export "process" (func $process)))"#
        ))
        .unwrap()
    }

    #[test]
    fn what_may_not_call_out_is_wrapped_and_nothing_else_changes_its_number() {
        let made = wrap(&module("clock_time_get")).unwrap();
        wasmparser::validate(&made).unwrap();
        let (mut exported, mut called) = (Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(&made) {
            match payload.unwrap() {
                Payload::ExportSection(exports) => {
                    exported = exports.into_iter().map(|e| e.map(|e| (e.name.to_owned(), e.index)).unwrap()).collect();
                }
                Payload::CodeSectionEntry(body) => {
                    let operators = body.get_operators_reader().unwrap().into_iter();
                    let calls = operators.filter_map(|operator| match operator.unwrap() {
                        wasmparser::Operator::Call { function_index } => Some(function_index),
                        _ => None,
                    });
                    called.push(calls.collect::<Vec<_>>());
                }
                _ => {}
            }
        }
        let exported: Vec<_> = exported.iter().map(|(name, index)| (name.as_str(), *index)).collect();
        assert_eq!(exported, [("cabi_realloc", 7), ("cabi_post_describe", 8), ("process", 4)]);
        // Go's own three, and behind them the wrappers of the clock, of waiting, and of the two exports.
        assert_eq!(called, [vec![5], vec![], vec![], vec![0], vec![1], vec![2], vec![3]]);
    }

    #[test]
    fn a_module_without_a_clock_is_left_as_it_is() {
        let module = module("clock_res_get");
        assert_eq!(wrap(&module).unwrap(), module);
    }
}
