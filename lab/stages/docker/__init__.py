"""The docker stage: servers and clients in containers, on a network of their own. `stage` puts it together.

- The daemon: daemon, daemon_address, daemon_errors.
- What belongs to a run, and its removal: owner_labels, cleanup, reaper.
- Images: base_images (what others are built on), build_contexts (what a build is given), image_building,
  images_of_run, named_images (for people), image_pruning, sqlserver_image (which one plays SQL Server).
- Containers: container, container_state, container_agent (one that answers orders), attached_streams, volumes.
- Servers: server_fleet (all of a run), servers, sqlserver_container, sqlserver_pool (by turns where memory is short),
  in pods (pod, pod_agent).
- Clients: distributions, client_images, and trust_procedure_container, in which a trust procedure is followed.
"""
