// Package export_framegate_plugin_processor changes pictures.
package export_framegate_plugin_processor

import (
	drawing "{{NAME}}/imports/framegate_plugin_drawing"
	host "{{NAME}}/imports/framegate_plugin_host"
	pictures "{{NAME}}/imports/framegate_plugin_pictures"
	processor "{{NAME}}/imports/framegate_plugin_processor"
	"{{NAME}}/options"
)

// Made for a height of the picture, and kept: the host caches what it drew with it.
var (
	style       *drawing.TextStyle
	styleHeight uint32
)

func Process(picture *pictures.Picture) processor.Verdict {
	// A handle that was lent is given back before the call ends.
	defer picture.Drop()
	height := picture.Size().Height
	if style == nil || styleHeight != height {
		if style != nil {
			style.Drop()
		}
		// White with a dark contour: it can be read on anything.
		style = drawing.MakeTextStyle(height/15, drawing.Color{Red: 255, Green: 255, Blue: 255, Alpha: 255})
		style.SetOutline(2, drawing.Color{Alpha: 255})
		styleHeight = height
	}
	at := drawing.Point{X: int32(height / 30), Y: int32(height / 30)}
	drawing.Text(picture, at, options.Current.Text+" "+host.StreamName(), style)
	return processor.Verdict_Keep
}
