# The lab's clients on openSUSE. What is laid beside this file: see apt.Dockerfile.
ARG BASE=opensuse/leap:15.6
FROM ${BASE}
ARG PACKAGES
RUN zypper --non-interactive refresh \
    && zypper --non-interactive install --no-recommends ${PACKAGES} \
    && zypper clean --all
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
