# The bot in a container: docs/install.md, "In a container". The working directory is for .env, signalbox.toml and var/.
FROM python:3.12-slim
RUN apt-get update && apt-get install --yes --no-install-recommends git && rm -rf /var/lib/apt/lists/*
COPY . /opt/signalbox
ARG EXTRAS=""
RUN python -m pip install --no-cache-dir -c /opt/signalbox/constraints.txt "/opt/signalbox${EXTRAS:+[$EXTRAS]}" && rm -rf /opt/signalbox
RUN useradd --create-home --home-dir /srv/signalbox signalbox
USER signalbox
WORKDIR /srv/signalbox
VOLUME /srv/signalbox
ENTRYPOINT ["signalbox"]
CMD ["run"]
