/*
 * page_recording.h - the sound of a call and its waveform.
 */
#ifndef RT_CGI_PAGE_PAGE_RECORDING_H
#define RT_CGI_PAGE_PAGE_RECORDING_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /calls/{id}/recording: nginx sends the file (X-Accel-Redirect, with
 * ranges) after the permission check; ?download=1 names it for saving.
 * Who played or took it goes into the audit log, once in PAGE_RECORDING_ONCE_US
 * whatever ranges are asked for. ROUTE_READ_ONLY. ERR_NOTFOUND: no such call
 * here, or nothing to play. */
#define PAGE_RECORDING_ONCE_US (5 * 60 * RT_SEC_US)
RT_MUST_USE enum err page_recording(const struct req *r, struct resp *out);

/* GET /calls/{id}/peaks.json: {"rate":20,"channels":[[0,127,…],[…]]}, at most
 * PAGE_RECORDING_POINTS a channel. ROUTE_READ_ONLY, ROUTE_API. ERR_NOTFOUND:
 * not made yet. */
#define PAGE_RECORDING_POINTS ((size_t)1000)
RT_MUST_USE enum err page_recording_peaks(const struct req *r,
    struct resp *out);

#endif
