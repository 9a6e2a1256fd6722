# The Node that package.json pins.
ARG NODE=24.21.0

FROM node:${NODE}-bookworm-slim AS build
# A sixth of the binary is symbols for a debugger that the image does not have.
RUN apt-get update \
  && apt-get install -y --no-install-recommends binutils \
  && strip --strip-all -o /node /usr/local/bin/node
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY build.ts ./
COPY runbooks ./runbooks
COPY src ./src
RUN node build.ts

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="Tocsin" \
  org.opencontainers.image.description="Self-hosted ChatOps for on-call" \
  org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 tocsin \
  && useradd --uid 10001 --gid 10001 --home-dir /var/lib/tocsin --no-create-home tocsin \
  && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/tocsin
COPY --from=build /node /usr/local/bin/node
WORKDIR /opt/tocsin
COPY package.json LICENSE ./
COPY bin ./bin
COPY runbooks ./runbooks
COPY --from=build /build/dist ./dist
# `docker exec NAME tocsin console-link ana`
RUN ln -s /opt/tocsin/bin/tocsin.js /usr/local/bin/tocsin

# Numbers, so that a cluster can see that this is not root.
USER 10001:10001
# The only folder it writes to: the root file system may be read-only.
VOLUME /var/lib/tocsin
# Where every command looks for tocsin.yaml, `docker exec` included.
WORKDIR /etc/tocsin
ENV NODE_ENV=production HEALTH_URL=http://127.0.0.1:8080/health
# Room for young objects grows in a storm and is not given back: with 8 MB a bad night costs 100 MB less of memory.
ENV NODE_OPTIONS=--max-semi-space-size=8
EXPOSE 8080 8081 9090
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch(process.env.HEALTH_URL).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tocsin"]
CMD ["start"]
