"""Small inline drawings, so that the page needs no icon font and no web resource. All are decorative."""

from __future__ import annotations

_PATHS = {
    "emergency": '<path d="M12 2.5 1.8 20.5h20.4L12 2.5Z"/><path d="M12 9.5v5"/><path d="M12 17.6v.1"/>',
    "urgent": '<circle cx="12" cy="12" r="9.5"/><path d="M12 6.5v6l3.8 2.2"/>',
    "routine": '<rect x="3.5" y="5" width="17" height="16" rx="2.5"/><path d="M3.5 10h17M8 2.8v4M16 2.8v4"/>',
    "self_care": '<path d="M3.5 11 12 3.8l8.5 7.2v9.2h-17V11Z"/><path d="M12 10.8v6M9 13.8h6"/>',
    "none": '<circle cx="12" cy="12" r="9.5"/><path d="M12 11v6"/><path d="M12 7.2v.1"/>',
    "crisis": '<path d="M12 20.5S3 15 3 8.9A4.9 4.9 0 0 1 12 6.3a4.9 4.9 0 0 1 9 2.6c0 6.1-9 11.6-9 11.6Z"/>',
    "external": '<path d="M14 4h6v6M20 4l-9 9"/><path d="M18 14v5.5H4.5V6H10"/>',
    "quote": '<path d="M9.5 7C6.5 8.2 5 10.4 5 13.2V17h4.8v-4.8H7.6c0-1.6.9-2.8 2.6-3.6ZM18.7 7c-3 1.2-4.5 3.4-4.5 6.2V17H19v-4.8h-2.2c0-1.6.9-2.8 2.6-3.6Z"/>',
    "brand": '<path d="M4 5.5A2.5 2.5 0 0 1 6.5 3h11A2.5 2.5 0 0 1 20 5.5v9a2.5 2.5 0 0 1-2.5 2.5H11l-5 4v-4.2A2.5 2.5 0 0 1 4 14.5v-9Z"/><path d="M12 6.5v7M8.5 10h7"/>',
}


def icon(name: str) -> str:
    """One drawing as ``<svg>``, sized and coloured by the text around it."""
    return (
        '<svg class="wz-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{_PATHS[name]}</svg>'
    )
