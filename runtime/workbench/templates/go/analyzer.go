// Package export_framegate_plugin_processor looks at pictures.
package export_framegate_plugin_processor

import (
	host "{{NAME}}/imports/framegate_plugin_host"
	pictures "{{NAME}}/imports/framegate_plugin_pictures"
	processor "{{NAME}}/imports/framegate_plugin_processor"
	"{{NAME}}/options"

	wit "go.bytecodealliance.org/pkg/wit/types"
)

// The picture is looked at in this many cells.
var grid = pictures.Size{Width: 32, Height: 18}

// A cell moves when this share of it does, of 255: a quarter.
const share = 64

// Whether something moved in the last picture.
var moved bool

func Process(picture *pictures.Picture) processor.Verdict {
	// A handle that was lent is given back before the call ends.
	defer picture.Drop()
	cells := picture.Motion(grid, uint8(options.Current.Threshold))
	if cells.IsErr() {
		return processor.Verdict_Keep
	}
	area, most := moving(cells.Ok(), picture.Size())
	if most > 0 {
		picture.Annotate(pictures.Annotation{Label: "motion", Score: float32(most) / 255, Area: area, Track: wit.None[uint64]()})
		if !moved {
			host.Emit("motion-began", "{}")
		}
	}
	moved = most > 0
	return processor.Verdict_Keep
}

// The area round all cells that move, in pixels, and the share of the one that moves most: 0 when none does.
func moving(cells []uint8, size pictures.Size) (area pictures.Rect, most uint8) {
	left, top, right, bottom := grid.Width, grid.Height, uint32(0), uint32(0)
	for i, cell := range cells {
		if cell < share {
			continue
		}
		x, y := uint32(i)%grid.Width, uint32(i)/grid.Width
		left, top, right, bottom = min(left, x), min(top, y), max(right, x+1), max(bottom, y+1)
		most = max(most, cell)
	}
	if most > 0 {
		area = pictures.Rect{
			X:      int32(left * size.Width / grid.Width),
			Y:      int32(top * size.Height / grid.Height),
			Width:  (right - left) * size.Width / grid.Width,
			Height: (bottom - top) * size.Height / grid.Height,
		}
	}
	return area, most
}
