// Posts events to the places that want them, by kind and stream.
//
// The functions that the host calls are in the packages below exports; this one links them.
package main

import _ "event-router/exports/wit_exports"

// A plugin is called from outside and has nothing to do of its own accord.
func main() {}
