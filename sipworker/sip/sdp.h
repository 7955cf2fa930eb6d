/*
 * sdp.h - session descriptions: what we understand of RFC 8866 and 3264.
 *
 * sdp_parse() reads any description of up to SDP_MEDIA_MAX media lines;
 * sdp_audio() says what of it matters to a G.711 telephone; sdp_write_offer()
 * and sdp_write_answer() describe our own side. Slices point into the input.
 */
#ifndef RT_SIP_SDP_H
#define RT_SIP_SDP_H

#include "lib/base/addr4.h"
#include "lib/base/buf.h"

#define SDP_MEDIA_MAX    16
#define SDP_FORMATS_MAX  64 /* of all media together */
#define SDP_CONTENT_TYPE "application/sdp"

enum sdp_dir {
	SDP_SENDRECV,
	SDP_SENDONLY,
	SDP_RECVONLY,
	SDP_INACTIVE
};

struct sdp_format {
	uint8_t pt;
	uint8_t channels;
	uint32_t rate_hz; /* 0: no rtpmap and no static meaning */
	struct slice
	    name; /* "PCMU"; static types without rtpmap are filled in */
	struct slice fmtp;
};

struct sdp_media {
	struct slice kind;    /* "audio" */
	struct slice proto;   /* "RTP/AVP" */
	struct slice formats; /* as sent, for the answer of a refused line */
	uint16_t port;
	uint16_t rtcp_port; /* a=rtcp; 0: port + 1 */
	bool rtcp_mux;
	bool has_ip; /* numeric c= of its own or of the session */
	uint32_t ip; /* 0 is the old hold (c=0.0.0.0) */
	enum sdp_dir dir;
	unsigned int ptime_ms; /* 0: not said */
	size_t first;          /* into formats[] */
	size_t n_formats;
};

struct sdp {
	struct slice origin; /* user, id, version, net as sent */
	uint64_t sess_id;    /* 0 when not a number */
	uint64_t version;
	size_t n_media;
	size_t n_formats;
	struct sdp_media media[SDP_MEDIA_MAX];
	struct sdp_format formats[SDP_FORMATS_MAX];
};

/* Lines end with CRLF or LF, the last may lack it. ERR_SYNTAX, ERR_TOOBIG. */
RT_MUST_USE enum err sdp_parse(struct slice s, struct sdp *out);

enum sdp_codec {
	SDP_PCMU,
	SDP_PCMA,
	SDP_CODEC_COUNT
};

#define SDP_NO_PT 255

/* What the peer's description means to us. */
struct sdp_audio {
	size_t line;          /* which media line; SDP_MEDIA_MAX: none */
	enum sdp_codec codec; /* the first of theirs that we may use */
	bool has[SDP_CODEC_COUNT];
	uint8_t pt[SDP_CODEC_COUNT]; /* their payload types */
	uint8_t dtmf_pt;             /* telephone-event/8000; SDP_NO_PT: none */
	struct addr4 rtp;            /* where they want RTP */
	struct addr4 rtcp;
	enum sdp_dir dir;      /* theirs: hold is SENDONLY or INACTIVE */
	unsigned int ptime_ms; /* 20 when not said */
};

/* `allowed` is a bit set 1u << enum sdp_codec. ERR_UNSUPPORTED: no audio line
 * of RTP/AVP with a common codec and an IPv4 address (answer 488). */
RT_MUST_USE enum err sdp_audio(const struct sdp *s, unsigned int allowed,
    struct sdp_audio *out);

/* Every line of audio has port 0, and there is one: the session goes on without
 * audio (RFC 3264 8.2), whatever else it keeps, but for a fax: that would be in
 * place of the audio. */
bool sdp_is_closed(const struct sdp *s);

/* Our side. */
struct sdp_local {
	uint64_t sess_id;
	uint64_t version; /* +1 only when the description changes */
	struct addr4 rtp; /* address and even port */
	enum sdp_dir dir;
	uint8_t n_codecs;
	enum sdp_codec codecs[SDP_CODEC_COUNT]; /* in order of preference */
	uint8_t pt[SDP_CODEC_COUNT];            /* by enum sdp_codec */
	uint8_t dtmf_pt;                        /* SDP_NO_PT: none */
	unsigned int ptime_ms;                  /* 0: not said */
	/* Media lines that the session has had, and which is ours: a later
	 * offer has no fewer, in the same order (RFC 3264 8). 0: no other. */
	uint8_t n_lines;
	uint8_t line;
};

/* PCMU 0, PCMA 8, telephone-event 101, 20 ms, sendrecv. */
void sdp_local_init(struct sdp_local *l, struct addr4 rtp, uint64_t sess_id);
/* Lines of others are closed ones: port 0. */
void sdp_write_offer(struct buf *b, const struct sdp_local *l);
/* The answer to `offer`: one codec (the peer's choice *a, with its payload
 * types), every other media line refused with port 0 (RFC 3264 6). l->dir is
 * used as it is: see sdp_answer_dir(). */
void sdp_write_answer(struct buf *b, const struct sdp_local *l,
    const struct sdp *offer, const struct sdp_audio *a);
/* The direction to answer when they say `theirs` and we would like `ours`. */
enum sdp_dir sdp_answer_dir(enum sdp_dir theirs, enum sdp_dir ours);

#endif
