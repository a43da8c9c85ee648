module event-router

go 1.24

require go.bytecodealliance.org/pkg v0.4.0

replace go.bytecodealliance.org/pkg => ../../../runtime/workbench/templates/go/runtime
