"""The SFTP server: each partner sees an inbox, an outbox and an archive of its own, and nothing else of the machine.

    gate         who may connect and sign in
    session      one SFTP session: which requests there are
    rooms        requests on the virtual tree, answered
    inbox        uploads: staged, judged, published whole
    reading      downloads
    tree         virtual paths and names
    limits       how much of anything
    listener     all of it, listening

Files are reached through the descriptors of folders, never through paths that a client wrote.
"""
