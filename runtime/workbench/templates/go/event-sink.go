// Package export_framegate_plugin_event_receiver posts events.
package export_framegate_plugin_event_receiver

import (
	"encoding/json"
	"fmt"

	receiver "{{NAME}}/imports/framegate_plugin_event_receiver"
	http "{{NAME}}/imports/framegate_plugin_http"
	"{{NAME}}/options"

	wit "go.bytecodealliance.org/pkg/wit/types"
)

func Deliver(event *receiver.Event) wit.Result[wit.Unit, receiver.Failure] {
	// A handle that was lent is given back before the call ends.
	defer event.Drop()
	request := http.MakeRequest("POST", options.Current.Url)
	defer request.Drop()
	request.AddHeader("content-type", "application/json")
	request.SetBody(body(event))
	sent := request.Send()
	if sent.IsErr() {
		if err := sent.Err(); err.Tag() == http.HttpError_NotGranted {
			return wit.Err[wit.Unit](receiver.MakeFailureRefused(err.NotGranted()))
		}
		return wit.Err[wit.Unit](receiver.MakeFailureAgain(0)) // when the host thinks best
	}
	response := sent.Ok()
	defer response.Drop()
	switch status := response.Status(); {
	case status >= 200 && status < 300:
		return wit.Ok[wit.Unit, receiver.Failure](wit.Unit{})
	case status >= 400 && status < 500:
		// What the other side does not understand it will not understand later.
		return wit.Err[wit.Unit](receiver.MakeFailureRefused(fmt.Sprintf("the answer's status is %d", status)))
	default:
		return wit.Err[wit.Unit](receiver.MakeFailureAgain(0))
	}
}

func body(event *receiver.Event) []byte {
	text, err := json.Marshal(map[string]any{
		"id":      event.Id(),
		"kind":    event.Kind(),
		"stream":  event.StreamName().SomeOr(""),
		"plugin":  event.PluginName().SomeOr(""),
		"time_ns": event.Time(),
		"data":    json.RawMessage(event.Data()),
	})
	if err != nil {
		panic(err) // the host's data is JSON
	}
	return text
}
