/*
 * job_mail.h - hands one mail to the SMTP server of the settings.
 *
 * Payload, a flat JSON object:
 *
 *	{"template":"missed","to":"a@b.example","name":"Ann","subject":"…",
 *	 "link":"https://…", …, "sources":[{"name":"google","calls":"12"}]}
 *
 * "template": templates/mail_<template>.html, which takes the other values;
 * an array of objects is a list there. "sealed": hex of a link that was sealed
 * for "mail:<template>:<to>" and becomes `link`, so that no usable link lies in
 * the job table. "unsubscribe": the address for leaving off. "recording": a
 * call's id, whose sound goes with the mail (mail_file.h).
 *
 * The company's logo, when it has one, stands above the mail.
 *
 * Run twice it may send twice, with the same Message-ID. Each attempt is
 * written to mail_log.
 */
#ifndef RT_JOBS_JOB_MAIL_H
#define RT_JOBS_JOB_MAIL_H

#include "jobs/queue.h"

/* env->app: the struct tmpl_set of mail_templates(). */
RT_MUST_USE enum err job_mail(const struct queue_env *env,
    const struct job_row *job);

#endif
