package options

import (
	"strings"
	"testing"
)

func TestOptionsAreReadOrRefusedWithThePlaceAndTheValue(t *testing.T) {
	if read, mistakes := Read("{}"); read != Default || mistakes != nil {
		t.Error(read, mistakes)
	}
	if read, mistakes := Read(`{"{{KEY}}": "x"}`); read.{{FIELD}} != "x" || mistakes != nil {
		t.Error(read, mistakes)
	}
	refused(t, `{"{{KEY}}": 7}`, "/{{KEY}}", "must be of type string, got a number")
	refused(t, `{"colour": 1}`, "", "unknown field")
}

func refused(t *testing.T, text, path, message string) {
	_, mistakes := Read(text)
	if len(mistakes) != 1 || mistakes[0].Path != path || !strings.HasPrefix(mistakes[0].Message, message) {
		t.Error(text, mistakes)
	}
}
