"""The client's part of protocols whose server opens a new connection to the client: FTP in active mode, NDMP."""
