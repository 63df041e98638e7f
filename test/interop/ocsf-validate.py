"""Reads OCSF events, one a line; says of each, as JSON on a line, what the schemas of OCSF find wrong with it."""

import json
import sys

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

schemas = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.3.0"))
validators = {}


def validator(uid, profiles):
    key = (uid, *profiles)
    if key not in validators:
        name = "base_event" if uid == 0 else schemas.lookup_class_name_from_uid(class_uid=uid)
        schema = schemas.get_class_schema(class_name=name, profiles=profiles)
        validators[key] = Draft202012Validator(schema)
    return validators[key]


for line in sys.stdin:
    event = json.loads(line)
    check = validator(event["class_uid"], event["metadata"]["profiles"])
    faults = [
        {"at": ".".join(str(part) for part in fault.absolute_path), "rule": fault.validator, "says": fault.message[:200]}
        for fault in check.iter_errors(event)
    ]
    print(json.dumps(faults))
