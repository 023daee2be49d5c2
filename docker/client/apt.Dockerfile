# The lab's clients on Debian and Ubuntu. `site` holds the Python clients as unpacked wheels (Microsoft's ODBC driver is
# in one of them), `node_modules` the Node clients, `programs` what the lab has built itself, `jars` what it has fetched from a
# Maven repository; all are laid beside this file by the lab, because a build may not be able to reach a package index.
# `absent.json` says which clients cannot be had on this distribution, and why.
ARG BASE=debian:bookworm-slim
FROM ${BASE}
ARG PACKAGES
# Slim images have no directory for manuals, and the Java runtime's installation ends where it cannot put a link there.
RUN mkdir -p /usr/share/man/man1 \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${PACKAGES} \
    && rm -rf /var/lib/apt/lists/*
# What follows is the same on every distribution.
ARG PYTHON
COPY site /opt/clients/site
COPY node_modules /opt/clients/node_modules
COPY programs /usr/local/bin/
COPY jars /opt/clients/jars
RUN ${PYTHON} -m venv --without-pip /opt/clients \
    && echo /opt/clients/site > "$(/opt/clients/bin/python -c 'import site; print(site.getsitepackages()[0])')/clients.pth" \
    && { /opt/clients/bin/python -m compileall -q /opt/clients/site || true; }
COPY absent.json agent.py leftovers.py /opt/clients/
CMD ["/opt/clients/bin/python", "-u", "/opt/clients/agent.py"]
