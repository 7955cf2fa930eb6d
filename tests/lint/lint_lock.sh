#!/bin/sh
# Versions of npm packages are fixed: with a tag ("latest") behind a package,
# Debian's npm takes the lock file for stale as soon as the tag moves.
! grep -nE '": "(latest|next)"' package.json package-lock.json
