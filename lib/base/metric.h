/*
 * metric.h - counters of this process, for whoever watches the installation.
 *
 * A page of memory in <run_dir>/metric.<program>, shared with the file: adding
 * is one atomic instruction, a process that dies leaves its counts behind, and
 * the next one goes on from them. Processes of one program share the page.
 * api.fcgi reads the pages of all programs and serves them as /metrics.
 * Before metric_open() counts go nowhere.
 */
#ifndef RT_BASE_METRIC_H
#define RT_BASE_METRIC_H

#include "lib/base/err.h"

/* id, name, labels, help. Stored by position: only ever append. Rows of one
 * name lie together, the first with the help. What is named _seconds_total is
 * counted in microseconds. Each name has its row in docs/OPERATING.md. */
#define METRICS(X)                                                             \
	X(HTTP_2XX, "ringtrace_http_requests_total", "status=\"2xx\"",         \
	    "Requests answered, by class of status.")                          \
	X(HTTP_3XX, "ringtrace_http_requests_total", "status=\"3xx\"", "")     \
	X(HTTP_4XX, "ringtrace_http_requests_total", "status=\"4xx\"", "")     \
	X(HTTP_5XX, "ringtrace_http_requests_total", "status=\"5xx\"", "")     \
	X(HTTP_US, "ringtrace_http_busy_seconds_total", "",                    \
	    "Time spent on requests.")                                         \
	X(JOBS_DONE, "ringtrace_jobs_total", "result=\"done\"",                \
	    "Jobs run, by what came of them.")                                 \
	X(JOBS_AGAIN, "ringtrace_jobs_total", "result=\"again\"", "")          \
	X(JOBS_DEAD, "ringtrace_jobs_total", "result=\"dead\"", "")            \
	X(HOOKS_DELIVERED, "ringtrace_webhooks_total", "result=\"delivered\"", \
	    "Attempts to deliver a webhook.")                                  \
	X(HOOKS_FAILED, "ringtrace_webhooks_total", "result=\"failed\"", "")   \
	X(HOOKS_PARKED, "ringtrace_webhooks_total", "result=\"parked\"", "")   \
	X(MAILS_SENT, "ringtrace_mails_total", "result=\"sent\"",              \
	    "Attempts to hand a mail to the SMTP server.")                     \
	X(MAILS_FAILED, "ringtrace_mails_total", "result=\"failed\"", "")      \
	X(CALLS_OPENED, "ringtrace_calls_opened_total", "",                    \
	    "Calls brought into the database.")                                \
	X(CALLS_CLOSED, "ringtrace_calls_closed_total", "",                    \
	    "Calls closed in the database.")                                   \
	X(JOURNAL_REFUSED, "ringtrace_journal_refused_total", "",              \
	    "Journal records that could not be applied.")                      \
	X(SIP_RECEIVED, "ringtrace_sip_datagrams_total", "way=\"in\"",         \
	    "SIP datagrams.")                                                  \
	X(SIP_SENT, "ringtrace_sip_datagrams_total", "way=\"out\"", "")        \
	X(SIP_DROPPED_SOURCE, "ringtrace_sip_dropped_total",                   \
	    "why=\"unknown source\"", "SIP datagrams nobody looked at.")       \
	X(SIP_DROPPED_RATE, "ringtrace_sip_dropped_total", "why=\"too many\"", \
	    "")                                                                \
	X(SIP_DROPPED_MALFORMED, "ringtrace_sip_dropped_total",                \
	    "why=\"malformed\"", "")                                           \
	X(SIP_DROPPED_STRAY, "ringtrace_sip_dropped_total", "why=\"stray\"",   \
	    "")                                                                \
	X(SIP_REFUSED_RATE, "ringtrace_sip_refused_total", "why=\"too many\"", \
	    "Calls refused before they began.")                                \
	X(SIP_REFUSED_OVERLOAD, "ringtrace_sip_refused_total",                 \
	    "why=\"no room\"", "")                                             \
	X(SIP_REFUSED_NUMBER, "ringtrace_sip_refused_total",                   \
	    "why=\"unknown number\"", "")                                      \
	X(SIP_REFUSED_FOREIGN, "ringtrace_sip_refused_total",                  \
	    "why=\"another trunk's number\"", "")                              \
	X(SIP_REFUSED_BAD, "ringtrace_sip_refused_total",                      \
	    "why=\"broken or too large\"", "")                                 \
	X(SIP_REFUSED_TRUNK, "ringtrace_sip_refused_total",                    \
	    "why=\"limit of the trunk\"", "")                                  \
	X(SIP_REGISTER_FAILED, "ringtrace_sip_register_failed_total", "",      \
	    "Registrations with carriers that were refused or unanswered.")    \
	X(REC_FRAMES_LOST, "ringtrace_recording_frames_lost_total", "",        \
	    "Frames of 20 ms that the recorder was too slow for.")             \
	X(DNI_LOST, "ringtrace_dni_lost_total", "",                            \
	    "Page views, events and forms that were not stored.")              \
	X(HTTP_BYTES, "ringtrace_http_sent_bytes_total", "",                   \
	    "Bytes of answers, the tag's server's not among them.")

#define METRIC_ENUM(id, name, labels, help) METRIC_##id,
enum metric {
	METRICS(METRIC_ENUM) METRIC_COUNT
};
#undef METRIC_ENUM

#define METRIC_PROGRAM_MAX 16 /* bytes of a program's name */

/* Once, before threads and before rights are dropped; children that are forked
 * later count into the same page. ERR_IO: logged; counting stays off and the
 * program can go on. */
RT_MUST_USE enum err metric_open(const char *run_dir, const char *program);
void metric_add(enum metric m, uint64_t n);

/* What a program has counted. ERR_NOTFOUND: it has not run yet; ERR_IO. */
RT_MUST_USE enum err metric_read(const char *run_dir, const char *program,
    uint64_t out[METRIC_COUNT]);
/* Name, labels without braces, help; never NULL. */
const char *metric_name(enum metric m);
const char *metric_labels(enum metric m);
const char *metric_help(enum metric m);
/* Counted in microseconds, to be told in seconds. */
bool metric_is_time(enum metric m);

#endif
