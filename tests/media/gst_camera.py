#!/usr/bin/python3
"""gst-rtsp-server as a camera: gst_camera.py [basic|digest]

Listens on a free port of 127.0.0.1 and says `ready PORT` when it does. One mount for each kind of camera; with an argument every mount wants
the user `admin` with the password `pa:ss word`. Ends when its standard input ends, so that it never outlives the test that started it.
"""
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

SCENE = "videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=240,framerate=20/1"
FAST = "x264enc speed-preset=ultrafast key-int-max=20 bitrate=400"
BASELINE = f"{SCENE} ! {FAST} tune=zerolatency ! video/x-h264,profile=baseline ! rtph264pay config-interval=-1 name=pay0 pt=96"
SOUND = "audiotestsrc is-live=true ! audioconvert ! audioresample"

MOUNTS = {
    "/baseline": BASELINE,
    "/sdponly": BASELINE.replace("config-interval=-1", "config-interval=0"),
    "/high": f"{SCENE} ! {FAST} bframes=2 b-adapt=false ! video/x-h264,profile=high ! h264parse ! rtph264pay config-interval=-1 name=pay0 pt=96",
    "/h265": f"{SCENE} ! x265enc speed-preset=ultrafast tune=zerolatency key-int-max=20 ! h265parse ! rtph265pay config-interval=-1 name=pay0 pt=96",
    "/mjpeg": f"{SCENE} ! jpegenc quality=70 ! rtpjpegpay name=pay0 pt=26",
    "/opus": f"{BASELINE} {SOUND} ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay name=pay1 pt=97",
    "/pcma": f"{BASELINE} {SOUND} ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8",
    "/udponly": BASELINE,
    "/tcponly": BASELINE,
}
TRANSPORTS = {"/udponly": GstRtsp.RTSPLowerTrans.UDP, "/tcponly": GstRtsp.RTSPLowerTrans.TCP}


def authentication(kind):
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth = GstRtspServer.RTSPAuth()
    if kind == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest("admin", "pa:ss word", token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic("admin", "pa:ss word"), token)
    return auth


def main():
    Gst.init(None)
    kind = sys.argv[1] if len(sys.argv) > 1 else None
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    for path, pipeline in MOUNTS.items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(f"( {pipeline} )")
        factory.set_shared(True)
        if path in TRANSPORTS:
            factory.set_protocols(TRANSPORTS[path])
        if kind:
            permissions = GstRtspServer.RTSPPermissions()
            permissions.add_role("viewer")
            for what in ("access", "construct"):
                permissions.add_permission_for_role("viewer", f"media.factory.{what}", True)
            factory.set_permissions(permissions)
        server.get_mount_points().add_factory(path, factory)
    if kind:
        server.set_auth(authentication(kind))
    server.attach(None)
    loop = GLib.MainLoop()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    print("ready", server.get_bound_port(), flush=True)
    loop.run()


main()
