"""Reads records from stdin, one JSON object a line, with the library of CloudEvents, and prints what it has read."""
import json
import sys

from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

for line in sys.stdin:
    record = json.loads(line)
    headers = {name: value.encode() for name, value in record["headers"].items()}
    value = b"" if record["value"] is None else record["value"].encode()
    event = from_binary(KafkaMessage(headers, record["key"].encode(), value), JSONFormat(), CloudEvent)
    attributes = {name: str(each) for name, each in event.get_attributes().items()}
    print(json.dumps({"attributes": attributes, "data": event.get_data()}))
