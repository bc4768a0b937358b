# SPDX-License-Identifier: GPL-3.0-or-later
# `make image`: the program in a container, for `docker run … mse …`. The context is a directory of
# its own with two files, so that nothing else of the tree reaches the engine.
IMAGE = mse
image_context = image/context

.PHONY: image image-context
image: image-context
	docker build --build-arg VERSION=$(PACKAGE_VERSION) -t $(IMAGE) $(image_context)

image-context: all
	@rm -rf image/root $(image_context)
	@$(MKDIR_P) $(image_context)
	@$(MAKE) $(AM_MAKEFLAGS) -s install-strip DESTDIR="$$(pwd)/image/root" >/dev/null
	$(AM_V_GEN)$(top_srcdir)/image/stage-root.sh image/root $(image_context)/root.tar $(bindir)
	@cp $(top_srcdir)/Dockerfile $(image_context)
	@rm -rf image/root

clean-local:
	rm -rf image/root $(image_context)

EXTRA_DIST += Dockerfile image/stage-root.sh
