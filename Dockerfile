# syntax=docker/dockerfile:1
# One image for all roles; NODE_ROLES says which. Nothing of the service is compiled: Node runs the TypeScript as it is. What
# browsers get is built in a stage of its own.
#   docker build --target service -t library-service .          gateways, engines, domain nodes, bridge, migrations
#   docker build --target backup -t library-service-backup .    the same with the clients that scripts/backup calls
ARG NODE_VERSION=24.21.0
FROM node:${NODE_VERSION}-bookworm-slim AS base
ENV NODE_ENV=production
WORKDIR /app

FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
# No package that is needed here has to be set up by a script of its own; the service's own builds the pages, below. The Node that the lock file names is for people's machines; here it is the image's own.
RUN --mount=type=cache,target=/root/.npm \
    npm ci --omit=dev --ignore-scripts && rm -rf node_modules/node-linux-* node_modules/.bin/node

FROM base AS pages
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm \
    npm ci --include=dev --ignore-scripts
COPY lib lib
COPY scripts/pages.ts scripts/pages.ts
COPY web web
RUN npm run pages

FROM base AS application
COPY --from=dependencies /app/node_modules node_modules
COPY package.json moleculer.config.ts ./
COPY actors actors
COPY api api
COPY configs configs
COPY docs docs
COPY lib lib
COPY migrations migrations
COPY scripts scripts
COPY services services
COPY --from=pages /app/web/dist web/dist
# The embedded database and folder of saves, where nothing else is configured. All else of the file system may be read-only.
RUN install --directory --owner=10001 --group=10001 /var/lib/library
ENV DATA_DIR=/var/lib/library HTTP_HOST=0.0.0.0 METRICS_PORT=9100
# By number, so that Kubernetes can see that it is not root; one that no account of a machine has.
USER 10001:10001
EXPOSE 8080 9090 9100
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "scripts/ask-health.ts"]
# Node is the container's first process: it listens for SIGTERM from its first line and starts no processes whose ends it
# would have to collect, so there is no init in between. The heap may have three quarters of the container's memory; the
# rest is for buffers.
CMD ["node", "--max-semi-space-size=64", "--max-old-space-size-percentage=75", "scripts/serve.ts"]

FROM application AS backup
USER 0
# Debian keeps one version of each within a release; their minor versions follow its security updates.
# hadolint ignore=DL3008
RUN apt-get update && \
    apt-get install --yes --no-install-recommends postgresql-client-15 redis-tools && \
    rm -rf /var/lib/apt/lists/*
USER 10001:10001
HEALTHCHECK NONE
CMD ["node", "--version"]

FROM application AS service
