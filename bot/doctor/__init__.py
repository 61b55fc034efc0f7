"""`signalbox doctor`: is this installation in order?"""
