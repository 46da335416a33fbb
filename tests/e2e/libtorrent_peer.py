"""A peer that libtorrent runs: the engine of qBittorrent and others, which speaks WebTorrent since 2.1.

    libtorrent_peer.py seed FILE TRACKER...    has the file, and shares it
    libtorrent_peer.py album FOLDER TRACKER... has the folder as a torrent of both versions, and shares it
    libtorrent_peer.py leech FOLDER MAGNET     fetches what the magnet names, and then shares it

It says in one line of JSON each which magnet it is at ("magnet") and when it has everything ("done", with the infohash and
the name), and goes on until it is ended. What else happens goes to the standard error, for messages about failures.
"""

import json
import os
import sys

import libtorrent

PIECE_LENGTH = 16 * 1024
TOLD = (
    libtorrent.alert.category_t.error_notification
    | libtorrent.alert.category_t.peer_notification
    | libtorrent.alert.category_t.status_notification
    | libtorrent.alert.category_t.tracker_notification
    | libtorrent.alert.category_t.connect_notification
    | libtorrent.alert.category_t.peer_log_notification
)
# Of what peers say to each other, only how they get on: every block would be a line.
TOLD_OF_PEERS = ("HANDSHAKE", "EXTENSIONS", "METADATA", "INTERESTED", "CHOKE", "REJECT", "ERROR")


def main(purpose, *arguments):
    session = libtorrent.session({
        "listen_interfaces": "0.0.0.0:0",
        "alert_mask": TOLD,
        # WebRTC alone: nothing here may find its way around it, nor leave this machine.
        "enable_dht": False,
        "enable_lsd": False,
        "enable_natpmp": False,
        "enable_upnp": False,
        "enable_incoming_tcp": False,
        "enable_outgoing_tcp": False,
        "enable_incoming_utp": False,
        "enable_outgoing_utp": False,
        "webtorrent_stun_server": "",
    })
    torrent = session.add_torrent({"seed": seed, "album": album, "leech": leech}[purpose](*arguments))
    say(magnet=libtorrent.make_magnet_uri(torrent))
    done = False
    while True:
        session.wait_for_alert(100)
        for alert in session.pop_alerts():
            if alert.what() != "peer_log" or any(word in alert.message() for word in TOLD_OF_PEERS):
                print(f"{alert.what()}: {alert.message()}", file=sys.stderr, flush=True)
        if not done and torrent.status().is_seeding:
            done = True
            say(done={"info_hash": str(torrent.info_hashes().v1), "name": torrent.status().name})


def seed(file, *trackers):
    return made_of(file, trackers, libtorrent.create_torrent.v1_only)


def album(folder, *trackers):
    # For the second version every file begins with a piece, so for the first there is padding in between.
    return made_of(folder, trackers, libtorrent.create_torrent.canonical_files)


def made_of(file, trackers, flags):
    torrent = libtorrent.create_torrent(libtorrent.list_files(file), PIECE_LENGTH, flags)
    for tier, tracker in enumerate(trackers):
        torrent.add_tracker(tracker, tier)
    folder = os.path.dirname(file)
    libtorrent.set_piece_hashes(torrent, folder)
    parameters = libtorrent.load_torrent_buffer(libtorrent.bencode(torrent.generate()))
    parameters.save_path = folder
    return parameters


def leech(folder, magnet):
    parameters = libtorrent.parse_magnet_uri(magnet)
    parameters.save_path = folder
    return parameters


def say(**message):
    print(json.dumps(message), flush=True)


main(*sys.argv[1:])
