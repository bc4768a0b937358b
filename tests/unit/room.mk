# SPDX-License-Identifier: GPL-3.0-or-later
# One fragment a room, so that each is changed by whoever changes the room.
include $(top_srcdir)/tests/unit/core.mk
include $(top_srcdir)/tests/unit/format.mk
include $(top_srcdir)/tests/unit/attest.mk
include $(top_srcdir)/tests/unit/seal.mk
include $(top_srcdir)/tests/unit/wire.mk
include $(top_srcdir)/tests/unit/docker.mk
include $(top_srcdir)/tests/unit/app.mk
include $(top_srcdir)/tests/unit/fleet.mk
include $(top_srcdir)/tests/unit/life.mk
include $(top_srcdir)/tests/unit/command.mk
include $(top_srcdir)/tests/unit/ui.mk
include $(top_srcdir)/tests/unit/sim.mk
