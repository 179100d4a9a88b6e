Feature: Open the locker without a network
  In order to get my parcel in a cellar
  As a shopper whose phone has no network
  I want the code to work all the same
