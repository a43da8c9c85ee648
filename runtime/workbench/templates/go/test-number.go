package options

import (
	"strings"
	"testing"
)

func TestOptionsAreReadOrRefusedWithThePlaceAndTheValue(t *testing.T) {
	if read, mistakes := Read("{}"); read != Default || mistakes != nil {
		t.Error(read, mistakes)
	}
	if read, mistakes := Read(`{"{{KEY}}": {{MOST}}}`); read.{{FIELD}} != {{MOST}} || mistakes != nil {
		t.Error(read, mistakes)
	}
	refused(t, `{"{{KEY}}": 0}`, "/{{KEY}}", "must be {{LEAST}} to {{MOST}}, got 0")
	refused(t, `{"{{KEY}}": "x"}`, "/{{KEY}}", "must be of type integer, got a string")
	refused(t, `{"colour": 1}`, "", "unknown field")
}

func refused(t *testing.T, text, path, message string) {
	_, mistakes := Read(text)
	if len(mistakes) != 1 || mistakes[0].Path != path || !strings.HasPrefix(mistakes[0].Message, message) {
		t.Error(text, mistakes)
	}
}
