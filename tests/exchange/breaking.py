"""What a client that was made from an older description of the API would break on."""

ANSWER, QUESTION = "answer", "question"
# Names of what may be asked grow with the rows; what goes is seen in the rows themselves.
LISTS_OF_NAMES = ("fields", "expand")
# A limit that may only grow, and one that may only shrink.
UPPER, LOWER = ("maximum", "maxLength", "maxItems"), ("minimum", "minLength", "minItems")


class Description:
    def __init__(self, document):
        self.document = document

    def operations(self):
        """{operation: (method, path, what is described)}"""
        return {
            operation["operationId"]: (method.upper(), path, operation)
            for path, operations in self.document["paths"].items()
            for method, operation in operations.items()
        }

    def plain(self, schema):
        """The schema without references and alternatives, what the alternatives allow put together."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return self.plain(self.document["components"]["schemas"][name])
        types = schema.get("type", [])
        found = {**schema, "type": {types} if isinstance(types, str) else set(types)}
        for each in (part for word in ("allOf", "oneOf", "anyOf") for part in found.pop(word, [])):
            part = self.plain(each)
            found["type"] |= part.pop("type")
            if "enum" in part:
                part["enum"] = [*found.get("enum", []), *part["enum"]]
            found |= part
        return found


def breaks(old_document, new_document):
    """A sentence for each thing that is not as it was, in the order of the operations."""
    old, new, found = Description(old_document), Description(new_document), []
    now = new.operations()
    for name, (method, path, was) in old.operations().items():
        if name not in now or now[name][:2] != (method, path):
            found.append(f"{name}: {method} {path} is gone")
            continue
        found += [f"{name}: {sentence}" for sentence in _of_operation(old, new, was, now[name][2])]
    return found


def _of_operation(old, new, was, now):
    yield from _of_rights(was, now)
    yield from _of_parameters(old, new, was, now)
    body, body_now = was.get("requestBody", {}), now.get("requestBody", {})
    if body_now.get("required") and not body.get("required"):
        yield "a body is needed"
    yield from _of_contents(old, new, body, body_now, "body", QUESTION)
    for status, answer in was["responses"].items():
        if status < "300" and status not in now["responses"]:
            yield f"{status} is answered no longer"
        elif status in now["responses"]:
            yield from _of_contents(old, new, answer, now["responses"][status], status, ANSWER)


def _of_rights(was, now):
    had = {right for each in was.get("security", []) for rights in each.values() for right in rights}
    for right in sorted({r for each in now.get("security", []) for rights in each.values() for r in rights} - had):
        yield f"the right {right} is needed"


def _of_parameters(old, new, was, now):
    had, has = ({(p["in"], p["name"]): p for p in each.get("parameters", [])} for each in (was, now))
    for (where, name), parameter in had.items():
        if (where, name) not in has:
            yield f"the parameter {name} is gone"
        else:
            yield from _of_schemas(old, new, parameter["schema"], has[where, name]["schema"], name, QUESTION)
    for key, parameter in has.items():
        if parameter.get("required") and not had.get(key, {}).get("required"):
            yield f"the parameter {key[1]} is needed"


def _of_contents(old, new, was, now, where, way):
    for kind, content in was.get("content", {}).items():
        if kind not in now.get("content", {}):
            yield f"{where} is no {kind} any longer"
        else:
            yield from _of_schemas(old, new, content["schema"], now["content"][kind]["schema"], where, way)


def _of_schemas(old, new, was, now, where, way):
    """In an answer nothing may come that did not come before; in a question nothing may be refused that was taken."""
    was, now = old.plain(was), new.plain(now)
    given, allowed = (now, was) if way == ANSWER else (was, now)
    for kind in sorted(given["type"] - allowed["type"]) if allowed["type"] else ():
        yield f"{where} may be {kind}" if way == ANSWER else f"{where} may be {kind} no longer"
    for value in _values_beyond(given, allowed):
        yield f"{where} may be “{value}”" if way == ANSWER else f"{where} may be “{value}” no longer"
    if way == QUESTION:
        yield from _of_limits(was, now, where)
    yield from _of_properties(old, new, was, now, where, way)
    if "items" in was and "items" in now:
        yield from _of_schemas(old, new, was["items"], now["items"], f"{where}[]", way)


def _values_beyond(given, allowed):
    if "enum" not in allowed:
        return []
    return [value for value in given.get("enum", ["anything"]) if value is not None and value not in allowed["enum"]]


def _of_limits(was, now, where):
    for words, is_narrower in ((UPPER, lambda a, b: b < a), (LOWER, lambda a, b: b > a)):
        for word in words:
            if word in now and (word not in was or is_narrower(was[word], now[word])):
                yield f"{where} has the {word} {now[word]}"
    if "pattern" in now and now["pattern"] != was.get("pattern") and where not in LISTS_OF_NAMES:
        yield f"{where} has the pattern {now['pattern']}"


def _of_properties(old, new, was, now, where, way):
    had, has = was.get("properties", {}), now.get("properties", {})
    for name, schema in had.items():
        if name not in has:
            yield f"{where}.{name} is gone"
        else:
            yield from _of_schemas(old, new, schema, has[name], f"{where}.{name}", way)
    before, since = set(was.get("required", [])), set(now.get("required", []))
    if way == ANSWER:
        for name in sorted((before - since) & has.keys()):
            yield f"{where}.{name} is not always there"
    else:
        for name in sorted(since - before):
            yield f"{where}.{name} is needed"
