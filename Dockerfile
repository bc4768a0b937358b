# SPDX-License-Identifier: GPL-3.0-or-later
# The program in a container: `make image` in the build tree. No registry is asked: root.tar is made
# by image/stage-root.sh, of the program and of packages of the machine that builds it, and is all
# that is in the context beside this file.
FROM scratch
ARG VERSION
LABEL org.opencontainers.image.title="mse-console" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.licenses="GPL-3.0-or-later"
ADD root.tar /
ENV PATH=/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    MSE_CONSOLE_IN_CONTAINER=1 \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
WORKDIR /mnt/workspace
ENTRYPOINT ["mse"]
CMD ["--help"]
