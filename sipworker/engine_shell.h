/*
 * engine_shell.h - what the engine's process is made of, and how it carries
 * out what the engine asks for.
 */
#ifndef RT_SIPWORKER_ENGINE_SHELL_H
#define RT_SIPWORKER_ENGINE_SHELL_H

#include "sipworker/engine/engine.h"
#include "sipworker/engine_conf.h"
#include "sipworker/engine_dlgs.h"
#include "sipworker/engine_keep.h"
#include "sipworker/engine_watch.h"
#include "sipworker/media/media.h"
#include "sipworker/media/tone.h"
#include "sipworker/media_watch.h"
#include "sipworker/net/resolver.h"
#include "sipworker/priv/ring.h"
#include "sipworker/worker.h"

#define ENGINE_SHELL_DATAGRAM 65536

struct engine_shell {
	struct worker *worker;
	struct engine *engine;
	struct media *media;
	struct resolver *resolver;
	struct engine_keep keep;
	struct engine_dlgs dlgs;
	struct engine_watch watch;
	struct media_watch media_watch;
	struct engine_conf *confs; /* newest first */
	uint64_t last_key;
	uint64_t epoch;
	uint64_t began_us; /* no frame of ours came before it */
	uint32_t salt;     /* frames of an earlier engine carry other keys */
	int epoll_fd;
	int sip_fd;
	int timer_fd;
	int64_t timer_us; /* what the timer is set to */
	bool listening;
	bool draining;
	bool idle_said;
	bool leaving;
	int64_t leave_us;
	int status;
	bool done;
	struct worker_peer parent;
	struct worker_peer store;
	struct worker_peer recorder;
	struct ring ring[WORKER_THREADS_MAX];
	uint8_t ringback[TONE_RINGBACK_SAMPLES];
	uint8_t beep[TONE_BEEP_SAMPLES];
	char datagram[ENGINE_SHELL_DATAGRAM];
};

struct engine_now engine_shell_now(void);
/* Carries out every action that waits; after each input of the engine. */
void engine_shell_carry_out(struct engine_shell *s);
/* Ends what an engine before this one left up. */
void engine_shell_end_orphans(struct engine_shell *s);
/* Every media thread has passed the fence of this configuration. */
void engine_shell_fenced(struct engine_shell *s, uint32_t key);
/* The store or the recorder is new, or wants it again: says what it or its
 * predecessor may not have heard. */
void engine_shell_greet_store(struct engine_shell *s);
void engine_shell_greet_recorder(struct engine_shell *s);

#endif
