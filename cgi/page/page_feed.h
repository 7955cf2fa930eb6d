/*
 * page_feed.h - what advertising platforms fetch: conversion files.
 *
 * The address holds a secret of its rule and needs no sign-in, as platforms
 * have none. Times are UTC, which the file's first line says.
 */
#ifndef RT_CGI_PAGE_FEED_H
#define RT_CGI_PAGE_FEED_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /feeds/{secret}/conversions.csv: those of the last ninety days that
 * still hold. */
RT_MUST_USE enum err page_feed(const struct req *r, struct resp *out);
/* GET /feeds/{secret}/adjustments.csv: restatements and retractions. */
RT_MUST_USE enum err page_feed_changes(const struct req *r, struct resp *out);

#endif
