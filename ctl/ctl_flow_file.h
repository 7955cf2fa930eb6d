/*
 * ctl_flow_file.h - flow documents in files: check, test, schema. They need no
 * database.
 */
#ifndef RT_CTL_FLOW_FILE_H
#define RT_CTL_FLOW_FILE_H

#include "lib/flow/flowtry.h"

/* Runs argv[0] if it is one of the three; false: it is not. */
bool ctl_flow_file_verb(int argc, char *const *argv, int *status);

/* A whole file, up to FLOW_JSON_BYTES_MAX; what is wrong is said. */
RT_MUST_USE enum err ctl_flow_file_read(const char *path, struct arena *mem,
    struct slice *out);
/* Problems, a line each, on standard error. what: "flow", "case". */
void ctl_flow_file_errors(const char *what,
    const struct flow_json_errors *errors);
/* Says a tried case's way (NULL: no such zone); arg is an unsigned int that
 * counts those that went wrong. For flowtry_cases(). */
RT_MUST_USE enum err ctl_flow_file_tried(void *arg, const struct flow_case *c,
    const struct flowtry_report *report);

#endif
