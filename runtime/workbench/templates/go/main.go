// {{WHAT}}.
//
// The functions that the host calls are in the packages below exports; this one links them.
package main

import _ "{{NAME}}/exports/wit_exports"

// A plugin is called from outside and has nothing to do of its own accord.
func main() {}
