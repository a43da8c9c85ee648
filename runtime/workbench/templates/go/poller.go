// Package export_framegate_plugin_ticker fetches a text from time to time.
package export_framegate_plugin_ticker

import (
	"fmt"

	http "{{NAME}}/imports/framegate_plugin_http"
	state "{{NAME}}/imports/framegate_plugin_state"
	"{{NAME}}/options"

	wit "go.bytecodealliance.org/pkg/wit/types"
)

// Where the text is kept, for the plugin's other roles.
const key = "text"

// As many bytes as are kept: `state` holds 64 kB.
const most = 4096

func Tick() wit.Result[wit.Unit, string] {
	request := http.MakeRequest("GET", options.Current.Url)
	defer request.Drop()
	sent := request.Send()
	if sent.IsErr() {
		return wit.Err[wit.Unit](words(sent.Err()))
	}
	response := sent.Ok()
	defer response.Drop()
	if response.Status() != 200 {
		return wit.Err[wit.Unit](fmt.Sprintf("the answer's status is %d", response.Status()))
	}
	body := response.Body()
	return state.Set(key, body[:min(len(body), most)])
}

func words(err http.HttpError) string {
	switch err.Tag() {
	case http.HttpError_NotGranted:
		return err.NotGranted()
	case http.HttpError_TimedOut:
		return "no answer in time"
	case http.HttpError_TooLarge:
		return fmt.Sprintf("the answer has more than %d bytes", err.TooLarge())
	default:
		return err.Failed()
	}
}
