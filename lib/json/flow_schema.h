/*
 * flow_schema.h - the JSON schema of flow documents, written from the table of
 * step types: docs/flow.schema.json, and never out of step with it.
 */
#ifndef RT_JSON_FLOW_SCHEMA_H
#define RT_JSON_FLOW_SCHEMA_H

#include "lib/base/buf.h"

/* Appends the whole schema (JSON Schema 2020-12), indented, with a newline at
 * its end. */
void flow_schema_write(struct buf *out);

#endif
