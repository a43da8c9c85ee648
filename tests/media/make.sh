#!/bin/sh
# Makes the two stored clips: `sh make.sh` in this folder, with ffmpeg, libx264 and libx265.
# The squares at the bottom right hold the number of the picture, as `src/scene.rs` draws and reads them.
set -eu
bit='if(lt(I,12),mod(floor(N/pow(2,I)),2),mod(floor(N/pow(2,I-12))+floor(N/pow(2,I-8))+floor(N/pow(2,I-4))+mod(I+1,2),2))'
cell='floor((X-W/2)*16/W)+8*floor((Y-H*10/12)*12/H)'
lum="if(gte(X,W/2)*gte(Y,H*10/12),st(0,$cell);32+188*($(printf %s "$bit" | sed 's/I/ld(0)/g')),lum(X,Y))"
scene="testsrc2=size=160x96:rate=25,format=yuv420p,geq=lum='$lum':cb='cb(X,Y)':cr='cr(X,Y)'"
ffmpeg -hide_banner -loglevel error -y -f lavfi -i "$scene" -frames:v 50 -c:v libx264 -profile:v high -preset slow -crf 33 -bf 2 \
  -x264-params "b-adapt=0:keyint=25:min-keyint=25:scenecut=0:b-pyramid=none" -bsf:v "filter_units=remove_types=6" -f h264 bframes.h264
ffmpeg -hide_banner -loglevel error -y -f lavfi -i "$scene" -frames:v 25 -c:v libx265 -preset fast -crf 36 \
  -x265-params "bframes=0:keyint=25:min-keyint=25:scenecut=0:repeat-headers=1:info=0:log-level=none" -f hevc p.h265
