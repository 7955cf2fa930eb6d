/*
 * cfg_is.h - what the text of a setting must look like (cfg.h).
 *
 * One rule for a settings file and for the option that sets the same thing, so
 * that nothing is accepted that a program would stumble over later. Pure.
 */
#ifndef RT_BASE_CFG_IS_H
#define RT_BASE_CFG_IS_H

#include <stdbool.h>

#include "lib/base/slice.h"

/* Four decimal numbers: 192.0.2.1. */
bool cfg_is_ip4(struct slice v);
/* Nothing, or an IPv4 address, with a port or without. */
bool cfg_is_ip4_or_none(struct slice v);
/* An IPv4 address and a port, which is not 0. */
bool cfg_is_listen(struct slice v);
/* Nothing, or IPv4 addresses, each with a port or without, between commas. */
bool cfg_is_servers(struct slice v);
/* Nothing, or at most CFG_IS_NETS_MAX networks (net.h) between commas, none of
 * which is wider than networks are given to anybody: 8 bits of IPv4, 16 of
 * IPv6 or 7 of its local addresses (RFC 4193). */
#define CFG_IS_NETS_MAX 64
bool cfg_is_nets(struct slice v);
/* http:// or https://, a host and perhaps a port, and nothing behind them:
 * paths are put there, and it stands in mails, tags and nginx's file. */
bool cfg_is_web_url(struct slice v);
/* Nothing, or smtp:// or smtps://, a host (IPv6 in brackets) and perhaps a
 * port. A name behind a slash is what we call ourselves there. */
bool cfg_is_smtp_url(struct slice v);
/* A database: letters, digits, _ and -. */
bool cfg_is_name(struct slice v);
/* debug, info, warn or error. */
bool cfg_is_level(struct slice v);
/* "address@host" or "Name <address@host>". */
bool cfg_is_sender(struct slice v);

#endif
