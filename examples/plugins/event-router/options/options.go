// Package options reads the options of a stream from the JSON that streams.toml gives, and finds the way of an event. Pure: `go test ./options` runs
// it on your own machine.
package options

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
)

// Options is what a stream may set. A word that is not here is a mistake.
type Options struct {
	// Each is asked, in their order; an event goes to all that want it.
	Routes []Route `json:"routes"`
}

// Route says which events go where.
type Route struct {
	// Kind is a pattern such as `gate-*`; empty for every kind.
	Kind string `json:"kind"`
	// Stream is a pattern such as `yard-*`; empty for every stream, and for events that are about none.
	Stream string `json:"stream"`
	// URL is where they are posted to; its host must be granted.
	URL string `json:"url"`
}

// Schema is the same as JSON Schema, for editors and people.
const Schema = `{
	"type": "object",
	"additionalProperties": false,
	"required": ["routes"],
	"properties": {
		"routes": {
			"type": "array",
			"minItems": 1,
			"items": {
				"type": "object",
				"additionalProperties": false,
				"required": ["url"],
				"properties": {
					"kind": { "type": "string", "description": "kinds of events, with * for any characters; all if it is not set" },
					"stream": { "type": "string", "description": "names of streams, with * for any characters; all if it is not set" },
					"url": { "type": "string", "format": "uri", "description": "where they are posted to; grant its host" }
				}
			}
		}
	}
}`

// Mistake says where (a JSON pointer), and the rule with the value.
type Mistake struct{ Path, Message string }

// Current is what is in force.
var Current Options

// Read gives the options, or all that is wrong with them.
func Read(text string) (Options, []Mistake) {
	var read Options
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			place := "/" + strings.ReplaceAll(wrong.Field, ".", "/")
			return Options{}, []Mistake{{place, fmt.Sprintf("must be of type %s, got a %s", wrong.Type, wrong.Value)}}
		}
		return Options{}, []Mistake{{"", strings.TrimPrefix(err.Error(), "json: ")}}
	}
	if len(read.Routes) == 0 {
		return Options{}, []Mistake{{"/routes", "must have at least one route: without any no event goes anywhere"}}
	}
	var mistakes []Mistake
	for i, route := range read.Routes {
		place := fmt.Sprintf("/routes/%d", i)
		target, err := url.Parse(route.URL)
		if err != nil || (target.Scheme != "http" && target.Scheme != "https") || target.Host == "" {
			mistakes = append(mistakes, Mistake{place + "/url", fmt.Sprintf("must be an http or https URL, got %q", route.URL)})
		}
		for name, pattern := range map[string]string{"kind": route.Kind, "stream": route.Stream} {
			if _, err := path.Match(pattern, ""); err != nil {
				mistakes = append(mistakes, Mistake{place + "/" + name, fmt.Sprintf("must be a pattern such as \"gate-*\", got %q", pattern)})
			}
		}
	}
	if mistakes != nil {
		return Options{}, mistakes
	}
	return read, nil
}

// Ways gives the URLs that an event goes to, each once.
func (options Options) Ways(kind, stream string) []string {
	var ways []string
	seen := map[string]bool{}
	for _, route := range options.Routes {
		if matches(route.Kind, kind) && matches(route.Stream, stream) && !seen[route.URL] {
			seen[route.URL] = true
			ways = append(ways, route.URL)
		}
	}
	return ways
}

func matches(pattern, name string) bool {
	is, err := path.Match(pattern, name)
	return pattern == "" || (err == nil && is)
}
