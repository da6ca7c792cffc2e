"""Figures taken on phones through adb, and on this machine by the same tool."""
