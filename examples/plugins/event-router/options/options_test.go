package options

import (
	"slices"
	"strings"
	"testing"
)

func TestOptionsAreReadOrRefusedWithThePlaceAndTheValue(t *testing.T) {
	refused(t, `{}`, "/routes", "must have at least one route")
	refused(t, `{"routes": [{"url": "ftp://x"}]}`, "/routes/0/url", `must be an http or https URL, got "ftp://x"`)
	refused(t, `{"routes": [{"url": "http://x", "kind": "["}]}`, "/routes/0/kind", "must be a pattern")
	refused(t, `{"routes": "x"}`, "/routes", "must be of type")
	refused(t, `{"colour": 1}`, "", "unknown field")
}

func refused(t *testing.T, text, path, message string) {
	_, mistakes := Read(text)
	if len(mistakes) != 1 || mistakes[0].Path != path || !strings.HasPrefix(mistakes[0].Message, message) {
		t.Error(text, mistakes)
	}
}

func TestAnEventGoesToAllThatWantItEachOnce(t *testing.T) {
	read, mistakes := Read(`{"routes": [
		{"kind": "gate-*", "url": "http://a"},
		{"kind": "gate-opened", "stream": "yard-*", "url": "http://b"},
		{"stream": "yard-2", "url": "http://a"}
	]}`)
	if mistakes != nil {
		t.Fatal(mistakes)
	}
	for _, event := range []struct {
		kind, stream string
		ways         []string
	}{
		{"gate-opened", "yard-2", []string{"http://a", "http://b"}},
		{"gate-closed", "lobby", []string{"http://a"}},
		{"line-crossed", "yard-2", []string{"http://a"}},
		{"line-crossed", "", nil},
	} {
		if ways := read.Ways(event.kind, event.stream); !slices.Equal(ways, event.ways) {
			t.Error(event, ways)
		}
	}
}
