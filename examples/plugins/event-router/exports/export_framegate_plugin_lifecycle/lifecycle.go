// Package export_framegate_plugin_lifecycle is what every plugin answers: what it is, and whether it takes its options.
package export_framegate_plugin_lifecycle

import (
	"encoding/json"

	lifecycle "event-router/imports/framegate_plugin_lifecycle"
	"event-router/options"

	wit "go.bytecodealliance.org/pkg/wit/types"
)

func Describe() string {
	text, err := json.Marshal(map[string]any{
		"name":        "event-router",
		"version":     "0.1.0",
		"description": "Posts events to the places that want them, by kind and stream",
		"options":     json.RawMessage(options.Schema),
	})
	if err != nil {
		panic(err) // the schema is no JSON
	}
	return string(text)
}

func Configure(text string) wit.Result[wit.Unit, []lifecycle.Mistake] {
	read, mistakes := options.Read(text)
	if len(mistakes) > 0 {
		told := make([]lifecycle.Mistake, len(mistakes))
		for i, mistake := range mistakes {
			told[i] = lifecycle.Mistake{Path: mistake.Path, Message: mistake.Message}
		}
		return wit.Err[wit.Unit](told)
	}
	options.Current = read
	return wit.Ok[wit.Unit, []lifecycle.Mistake](wit.Unit{})
}
