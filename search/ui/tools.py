"""The tools that programs see through the Model Context Protocol (MCP)."""

from importlib.util import find_spec

import gradio as gr

TOOL_ENDPOINTS = ("/search", "/explain")
"""What an assistant may call; the other endpoints are for people's programs."""


def can_serve_tools() -> bool:
    """Whether the package `mcp`, without which Gradio serves no tools, is installed."""
    return find_spec("mcp") is not None


def keep_tools(page: gr.Blocks) -> None:
    """Drop every other endpoint from the tools of a launched page.

    Gradio makes a tool of each public endpoint and has no option to leave one out.
    """
    server = page.mcp_server_obj
    if server:
        server.tool_to_endpoint = {
            tool: endpoint
            for tool, endpoint in server.tool_to_endpoint.items()
            if endpoint in TOOL_ENDPOINTS
        }
