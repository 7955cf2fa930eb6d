/*
 * media_priv.h - what the files of this room share: threads and streams.
 */
#ifndef RT_MEDIA_PRIV_H
#define RT_MEDIA_PRIV_H

#include <pthread.h>

#include "sipworker/media/media.h"
#include "sipworker/media/media_queue.h"
#include "sipworker/rtp/dtmf.h"
#include "sipworker/rtp/dtmf_tone.h"
#include "sipworker/rtp/rtp_latch.h"
#include "sipworker/rtp/rtp_out.h"
#include "sipworker/rtp/rtp_stat.h"
#include "sipworker/rtp/voice.h"

#define MEDIA_PACE_SLOTS 4
/* A thread with so many streams looks after its packets in strokes: being woken
 * for each of them costs more than all that is done with it. When so many
 * strokes in a row found nothing it waits to be woken, not for the next. */
#define MEDIA_SWEEP_FROM 64
#define MEDIA_SWEEP_US   1000
#define MEDIA_SWEEP_IDLE 2

struct media_play {
	const uint8_t *ulaw; /* NULL: nothing is playing */
	uint32_t samples;
	uint32_t at;
	uint32_t times; /* left; 0 for ever */
	uint32_t ticket;
};

struct media_stream {
	uint32_t id; /* 0: the slot is free */
	uint32_t key;
	uint32_t
	    generation;   /* of the slot: late epoll events are known by it */
	uint32_t at_open; /* its place in the thread's open[] */
	int fd;           /* the sockets: media_sock.h */
	int rtcp_fd;
	int own_fd;          /* -1: none */
	struct addr4 own_to; /* whose it is, or was to be */
	uint16_t port;
	bool targeted;
	bool send;
	bool receive;
	bool flowing; /* FLOWING was said and no SILENT since */
	bool silent;
	bool recording;
	uint8_t channel;
	uint8_t pt; /* and own_pt: as of struct media_cmd */
	uint8_t own_pt;
	uint8_t dtmf_pt;
	struct addr4 rtcp_to;
	struct media_stream *to;   /* where packets of this one go */
	struct media_stream *from; /* whose packets come here */
	struct media_play play;
	struct rtp_latch latch;
	struct rtp_stat stat;
	struct rtp_out out;
	struct dtmf_in dtmf;
	bool own_press;   /* began before the bridge: not for the other side */
	int64_t heard_us; /* last packet taken, or since when we listen */
	int64_t rtcp_due_us;
	uint32_t peer_sr; /* middle of the peer's last SR */
	int64_t peer_sr_us;
	uint32_t rtt_us;
	uint64_t dropped;
	/* media_pace.h */
	bool ours; /* it has heard us: silence goes on between prompts */
	bool paced;
	uint8_t pace_slot;
	struct media_stream *next_paced;
	struct media_stream *prev_paced;
	/* media_hear.h */
	bool listening; /* for keys in the audio */
	bool watching;  /* for speech */
	struct dtmf_tone tone;
	struct voice voice;
};

/* The streams that get their frame in the same tick. */
struct media_pace_slot {
	struct media_stream *first;
	uint32_t n;
};

struct media_thread {
	struct media *media;
	unsigned int number;
	pthread_t thread;
	bool started;
	int epoll_fd;
	int wake_fd;  /* commands wait */
	int pace_fd;  /* 5 ms while something plays */
	int house_fd; /* 250 ms while streams are open */
	struct media_queue commands;
	struct media_queue events;
	struct media_stream *streams; /* slots */
	uint32_t n_slots;
	uint32_t *index; /* slot + 1 by hash of the stream's id */
	uint32_t index_mask;
	uint32_t *free_slots;
	uint32_t n_free;
	uint32_t *open; /* slots in use, in no order */
	uint32_t n_open;
	struct media_pace_slot pace[MEDIA_PACE_SLOTS];
	unsigned int pace_at;
	uint32_t n_paced;
	bool pacing;
	bool told; /* events were put since the last signal */
	bool stop;
	_Atomic uint64_t turns; /* of the loop */
	int64_t begun_us;       /* the first stroke of the sweep */
	int64_t now_us;         /* of this turn of the loop */
	uint8_t packet[2048];
};

struct media {
	struct media_cfg cfg;
	int event_fd;
	_Atomic bool stopping;
	struct media_thread *threads;
};

#endif
