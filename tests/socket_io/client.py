"""What the page of a server for one camera does, by python-socketio."""

import json
import sys
import threading

LIMIT = 20

try:
    import socketio
except ImportError:
    print(json.dumps({"skipped": "python3 has no socketio: pip install 'python-socketio[client]'"}))
    sys.exit(0)

base, how = sys.argv[1:]
told = []
changed = threading.Condition()
client = socketio.Client(reconnection=False)


def note(event):
    def told_of(data):
        with changed:
            told.append((event, data))
            changed.notify_all()

    client.on(event, told_of)


def until(event, holds=lambda data: True, behind=0):
    def found():
        return next((data for name, data in told[behind:] if name == event and holds(data)), None)

    with changed:
        if not changed.wait_for(lambda: found() is not None, LIMIT):
            print(json.dumps({"wrong": f"no {event} came", "told": told}))
            sys.exit(1)
        return found()


note("status_update")
note("stats_update")
client.connect(base, transports=None if how == "both" else [how])
first = until("status_update")
stats = until("stats_update")
before = len(told)
client.emit("request_stats")
until("stats_update", behind=before)
live = until("status_update", lambda status: status["camera_connected"])
order = [event for event, _ in told[:2]]
print(json.dumps({"first": first, "stats": stats, "live": live, "transport": client.transport(), "order": order}))
client.disconnect()
