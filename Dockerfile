# daoyu in one image: built with the development tools, run without them, as a user that owns nothing but /data.
ARG NODE=node:22.21.1-bookworm-slim

FROM ${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build

# Without the development tools; a change of the source leaves this layer as it is.
FROM ${NODE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

FROM ${NODE}
LABEL org.opencontainers.image.title="daoyu" \
      org.opencontainers.image.description="Event-driven IoT ingestion for smart agriculture: MQTT in, durable log, time series, dashboards" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production DAOYU_DATA_DIR=/data DAOYU_HOST=0.0.0.0
RUN mkdir -p /data && chown node:node /data && chmod 700 /data
WORKDIR /app
COPY LICENSE ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY --from=build /app/dist ./dist
USER node
VOLUME /data
EXPOSE 1883 8083 8883 8080
# Alive, not ready: a log that is full or away must not lead to a restart, which would help nobody.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.DAOYU_HTTP_PORT || 8080) + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["up"]
