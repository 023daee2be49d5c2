# The lab's clients on Red Hat's family. What is laid beside this file: see apt.Dockerfile. FreeTDS comes from EPEL, and
# curl is the curl-minimal that the base image has.
ARG BASE=rockylinux/rockylinux:9
FROM ${BASE}
ARG PACKAGES
ARG MODULES=
RUN dnf install -y epel-release \
    && if [ -n "${MODULES}" ]; then dnf module enable -y ${MODULES}; fi \
    && dnf install -y --setopt=install_weak_deps=False ${PACKAGES} \
    && dnf clean all
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
