// Package options reads the options of a stream from the JSON that streams.toml gives. Pure: `go test ./options` runs it on your own machine.
package options

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Options is what a stream may set. A word that is not here is a mistake.
type Options struct {
	// {{MEANING}}
	{{FIELD}} string `json:"{{KEY}}"`
}

// Schema is the same as JSON Schema, for editors and people.
const Schema = `{
	"type": "object",
	"additionalProperties": false,
	"properties": {
		"{{KEY}}": { "type": "string", "default": {{VALUE}}, "description": "{{MEANING}}" }
	}
}`

// Mistake says where (a JSON pointer), and the rule with the value.
type Mistake struct{ Path, Message string }

// Default is what a stream has that sets nothing.
var Default = Options{{{FIELD}}: {{VALUE}}}

// Current is what is in force.
var Current = Default

// Read gives the options, or what is wrong with them.
func Read(text string) (Options, []Mistake) {
	read := Default
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return Default, []Mistake{{Path: "/" + wrong.Field, Message: fmt.Sprintf("must be of type {{TYPE}}, got a %s", wrong.Value)}}
		}
		return Default, []Mistake{{Message: strings.TrimPrefix(err.Error(), "json: ")}}
	}
	return read, nil
}
