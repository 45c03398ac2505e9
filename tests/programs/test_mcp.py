"""An MCP client of the protocol's own package against the running app."""

import ast
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, Tool


@asynccontextmanager
async def _session(url: str) -> AsyncIterator[ClientSession]:
    async with (
        streamable_http_client(f"{url}/gradio_api/mcp/") as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        yield session


async def _tools(url: str) -> list[Tool]:
    async with _session(url) as session:
        return (await session.list_tools()).tools


async def _call(url: str, tool: str, arguments: dict[str, Any]) -> CallToolResult:
    async with _session(url) as session:
        return await session.call_tool(tool, arguments)


def test_search_and_explain_are_the_only_tools(app_url: str) -> None:
    search, explain = asyncio.run(_tools(app_url))
    assert (search.name, explain.name) == ("search", "explain")
    asked = {"query", "top_k", "sources", "corpus"}
    assert set(search.inputSchema["properties"]) == asked
    assert set(explain.inputSchema["properties"]) == asked | {"passage"}
    assert "Search an indexed Russian corpus" in (search.description or "")
    assert "at which step it was lost" in (explain.description or "")
    for tool in (search, explain):
        for said in tool.inputSchema["properties"].values():
            assert said["description"]


def test_the_search_tool_finds_the_passage(app_url: str) -> None:
    result = asyncio.run(_call(app_url, "search", {"query": "какова глубина Байкала", "top_k": 3}))
    assert not result.isError
    hits = ast.literal_eval(result.content[0].text)  # Gradio writes Python's literals, not JSON
    assert len(hits) == 3
    assert hits[0]["title"] == "Байкал — глубочайшее озеро мира"


def test_the_explain_tool_tells_where_a_document_was_lost(app_url: str) -> None:
    asked = {"query": "какова глубина Байкала", "passage": "ancient-01"}
    result = asyncio.run(_call(app_url, "explain", asked))
    assert not result.isError
    (explained,) = ast.literal_eval(result.content[0].text)
    assert explained["passage"]["id"] == "ancient-01"
    assert explained["lost_at"] == "below_rerank_depth"
    assert explained["stages"].keys() == {"dense", "fused"}


def test_a_judging_endpoint_is_no_tool(app_url: str) -> None:
    result = asyncio.run(_call(app_url, "next_task", {"annotator": "anna", "pool": "first"}))
    assert result.isError
    assert "Unknown tool" in result.content[0].text
