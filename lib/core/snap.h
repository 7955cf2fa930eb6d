/*
 * snap.h - the configuration snapshot: everything the engine needs to know to
 * take a call, in one immutable block of bytes.
 *
 * The store writes it from the database (snap_write.h) into a sealed memory
 * file; the engine maps it and reads it in place (snap_open, then lookups).
 * snap_open() checks every offset, length and enumeration once, so that the
 * readers cannot fail and cannot leave the block, whatever the bytes are.
 *
 * Form: magic and version, a table of sections, fixed-size big-endian rows,
 * then the texts. Rows are numbered from 0 in the order they were written.
 */
#ifndef RT_CORE_SNAP_H
#define RT_CORE_SNAP_H

#include "lib/base/err.h"
#include "lib/base/slice.h"
#include "lib/core/flow_run.h"
#include "lib/core/id.h"
#include "lib/core/zone.h"

#define SNAP_VERSION   6
#define SNAP_BYTES_MAX ((size_t)1 << 30)
#define SNAP_ROWS_MAX  UINT32_C(4000000)
#define SNAP_TEXT_MAX  1024
#define SNAP_NO_ROW    UINT32_C(0xffffffff)
/* A trunk was named, and is disabled or gone: no other takes its place. */
#define SNAP_TRUNK_OFF UINT32_C(0xfffffffe)

/* Which part of an INVITE names the dialled number. */
enum snap_dialled {
	SNAP_DIALLED_REQUEST_URI,
	SNAP_DIALLED_TO,
	SNAP_DIALLED_CALLED_PARTY, /* P-Called-Party-ID */
	SNAP_DIALLED_DIVERSION,
	SNAP_DIALLED_COUNT
};

#define SNAP_CODEC_PCMU UINT32_C(1)
#define SNAP_CODEC_PCMA UINT32_C(2)

struct snap_trunk {
	struct trunk_id id;
	struct account_id account; /* whose calls it carries, and no others */
	struct slice name;
	struct slice country; /* ISO 3166 of numbers without '+': "US" */
	enum snap_dialled dialled;
	uint32_t codecs;          /* SNAP_CODEC_* that we offer and accept */
	bool identity_in;         /* PAI and RPID of this trunk are believed */
	bool outgoing;            /* destinations may be called through it */
	struct slice tech_prefix; /* "12345678*", put before the number */
	struct slice uri_host;    /* host[:port] in the R-URI we send */
	uint32_t next_hop_ip;     /* host order; where the INVITE goes */
	uint16_t next_hop_port;   /* 0: none was named */
	struct slice next_hop_name; /* to be looked up, when ip is 0 */
	struct slice auth_user;
	struct slice auth_password; /* unsealed: the block is secret */
	struct slice from_user;     /* caller to show instead; "" ordinary */
	/* Longest time without any answer before it counts as down. */
	uint32_t no_reply_ms;
	uint32_t max_calls;   /* at once, in and out; 0: no limit */
	uint32_t calls_per_s; /* new ones; 0: no limit */
	/* We register with it for so long; 0: it knows our address. */
	uint32_t register_s;
};

/* Source networks: of signalling, and of media when there is any. */
struct snap_acl {
	uint32_t net; /* host order */
	uint8_t bits; /* 0 to 32 */
	bool media;
	uint32_t trunk; /* row */
};

struct snap_number {
	struct slice e164; /* "+15551230000": the key, ascending, unique */
	struct number_id id;
	struct company_id company;
	struct account_id account; /* the company's */
	struct trunk_id trunk;     /* it comes by; nil: any of the account */
	struct slice name;
	uint32_t flow; /* row; SNAP_NO_ROW: the number has none */
	enum flow_record record;
	uint32_t notice_prompt; /* row; FLOW_NO_PROMPT: the first prompt */
	uint32_t zone;          /* row of the company's; SNAP_NO_ROW: UTC */
};

struct snap_flow {
	struct flow_id id;
	struct company_id company;
	uint32_t version;
	struct flow flow;
};

/* Where calls may go. Addresses are here and not in flows, so that a changed
 * telephone number needs no new version of a flow. */
struct snap_destination {
	struct destination_id id; /* the key, ascending, unique */
	struct company_id company;
	struct slice name;
	struct slice address; /* "+15551230000" or "sip:user@host:port" */
	/* Row; SNAP_NO_ROW: the first outgoing one; SNAP_TRUNK_OFF. */
	uint32_t trunk;
	/* What it takes: 0 and "" have no limit. */
	uint32_t capacity; /* calls at once */
	uint32_t cap_hour; /* calls begun in a clock hour of its zone ... */
	uint32_t cap_day;
	uint32_t cap_month;
	uint32_t zone;        /* row; SNAP_NO_ROW: UTC */
	struct slice hours;   /* hours_open(); "": always */
	struct slice regions; /* geo_in(); "": callers from everywhere */
};

struct snap_zone {
	struct slice name;  /* "America/New_York" */
	struct slice bytes; /* the form of zone.h */
	struct zone zone;   /* opened; not read by snap_write() */
};

/* Where a prompt lies in the prompts file: µ-law, 8000 a second. */
struct snap_prompt {
	struct slice key; /* "notice.en" */
	struct slice language;
	uint32_t version;
	uint64_t offset_bytes;
	uint32_t samples;
};

/* The form, for snap_write: 8 bytes of magic, be32 version, be64 configuration
 * version, then for each section be32 offset and be32 rows; rows; texts and
 * flows. A text in a row is be32 offset and be32 length. */
#define SNAP_MAGIC          "RTSNAP\r\n"
#define SNAP_HEAD_BYTES     (8 + 4 + 8 + SNAP_SECTION_COUNT * 8)
#define SNAP_TEXT_REF_BYTES 8
#define SNAP_TRUNK_BYTES                                                      \
	(2 * ID_BYTES + 8 * SNAP_TEXT_REF_BYTES + 1 + 4 + 1 + 1 + 4 + 2 + 4 + \
	    12)
#define SNAP_ACL_BYTES (4 + 1 + 1 + 4)
#define SNAP_NUMBER_BYTES \
	(2 * SNAP_TEXT_REF_BYTES + 4 * ID_BYTES + 4 + 1 + 4 + 4)
#define SNAP_FLOW_BYTES (2 * ID_BYTES + 4 + SNAP_TEXT_REF_BYTES)
#define SNAP_DESTINATION_BYTES                            \
	(2 * ID_BYTES + 2 * SNAP_TEXT_REF_BYTES + 6 * 4 + \
	    2 * SNAP_TEXT_REF_BYTES)
#define SNAP_PROMPT_BYTES       (2 * SNAP_TEXT_REF_BYTES + 4 + 8 + 4)
#define SNAP_ZONE_BYTES         (2 * SNAP_TEXT_REF_BYTES)
#define SNAP_PROMPT_INDEX_BYTES 4
#define SNAP_ZONE_MAX           (4 + ZONE_ROWS_MAX * 12)

enum snap_section {
	SNAP_TRUNKS,
	SNAP_ACLS,
	SNAP_NUMBERS,
	SNAP_FLOWS,
	SNAP_DESTINATIONS,
	SNAP_PROMPTS,
	SNAP_ZONES,
	SNAP_PROMPT_INDEX, /* be32 rows of prompts, by key */
	SNAP_SECTION_COUNT
};

/* Borrows the block. */
struct snap {
	struct slice bytes;
	uint64_t config_version;
	struct {
		uint32_t at;
		uint32_t count;
	} section[SNAP_SECTION_COUNT];
};

/* ERR_SYNTAX: not a whole and consistent block of this version. */
RT_MUST_USE enum err snap_open(struct slice bytes, struct snap *out);

/* Rows by number; row must be below section[...].count. */
void snap_trunk_at(const struct snap *s, uint32_t row, struct snap_trunk *out);
void snap_number_at(const struct snap *s, uint32_t row,
    struct snap_number *out);
void snap_flow_at(const struct snap *s, uint32_t row, struct snap_flow *out);
void snap_destination_at(const struct snap *s, uint32_t row,
    struct snap_destination *out);
void snap_prompt_at(const struct snap *s, uint32_t row,
    struct snap_prompt *out);
void snap_zone_at(const struct snap *s, uint32_t row, struct snap_zone *out);

/* Row by key, or SNAP_NO_ROW. */
uint32_t snap_find_number(const struct snap *s, struct slice e164);
uint32_t snap_find_destination(const struct snap *s, struct destination_id id);
uint32_t snap_find_prompt(const struct snap *s, struct slice key);
/* The trunk whose signalling networks hold ip, the narrowest network first, or
 * SNAP_NO_ROW. Accounts may share a carrier: see snap_next_source(). */
uint32_t snap_find_source(const struct snap *s, uint32_t ip);
/* The next of all signalling networks that hold ip; *at is 0 at first. False:
 * no more. */
bool snap_next_source(const struct snap *s, uint32_t ip, uint32_t *at,
    struct snap_acl *out);
/* True when the trunk has media networks and ip is in none of them. */
bool snap_media_refused(const struct snap *s, uint32_t trunk, uint32_t ip);
/* The account's first trunk that may call out, or SNAP_NO_ROW. */
uint32_t snap_find_outgoing(const struct snap *s, struct account_id account);

#endif
